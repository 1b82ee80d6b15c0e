package rule

import (
	"math"
	"unsafe"
)

// block is some households that follow each other, column by column.
type block struct {
	first, households int
	ends              []uint16 // of each household the end of its people
	regions           packed
	columns           []packed
}

func (b *block) persons() int { return int(b.ends[b.households-1]) }

// people returns where a household's people begin and end.
func (b *block) people(h int) (from, to int) {
	if h > 0 {
		from = int(b.ends[h-1])
	}
	return from, int(b.ends[h])
}

func (b *block) bytes() int {
	n := int(unsafe.Sizeof(*b)) + 2*len(b.ends) + b.regions.size()
	for i := range b.columns {
		n += b.columns[i].size()
	}
	return n
}

// packed is one column of a block: each value as its distance from the least,
// in as few bytes as all need; none when all are the same.
type packed struct {
	low, high int64
	bytes     []uint8
	shorts    []uint16
	ints      []uint32
	longs     []uint64
	absent    []uint64 // a bit for each value that nobody told; nil when all are told
}

// same reports whether all values are told and the same.
func (c *packed) same() bool {
	return c.absent == nil && c.low == c.high
}

// pack packs a column; told is nil when all are.
func pack(values []int64, told []bool) packed {
	c := packed{low: math.MaxInt64, high: math.MinInt64}
	for i, v := range values {
		if told != nil && !told[i] {
			if c.absent == nil {
				c.absent = make([]uint64, (len(values)+63)/64)
			}
			c.absent[i/64] |= 1 << (i % 64)
			continue
		}
		c.low, c.high = min(c.low, v), max(c.high, v)
	}
	if c.low > c.high {
		c.low, c.high = 0, 0
	}
	switch span := uint64(c.high) - uint64(c.low); {
	case span == 0:
	case span < 1<<8:
		c.bytes = distances[uint8](values, told, c.low)
	case span < 1<<16:
		c.shorts = distances[uint16](values, told, c.low)
	case span < 1<<32:
		c.ints = distances[uint32](values, told, c.low)
	default:
		c.longs = distances[uint64](values, told, c.low)
	}
	return c
}

func distances[T uint8 | uint16 | uint32 | uint64](values []int64, told []bool, low int64) []T {
	out := make([]T, len(values))
	for i, v := range values {
		if told == nil || told[i] {
			out[i] = T(uint64(v) - uint64(low))
		}
	}
	return out
}

// at returns one value.
func (c *packed) at(i int) (v int64, told bool) {
	if c.absent != nil && c.absent[i/64]>>(i%64)&1 == 1 {
		return 0, false
	}
	switch {
	case c.bytes != nil:
		return c.low + int64(c.bytes[i]), true
	case c.shorts != nil:
		return c.low + int64(c.shorts[i]), true
	case c.ints != nil:
		return c.low + int64(c.ints[i]), true
	case c.longs != nil:
		return int64(uint64(c.low) + c.longs[i]), true
	}
	return c.low, true
}

// unpack writes all values; where nobody told one, it writes the least.
func (c *packed) unpack(out []int64) {
	switch {
	case c.bytes != nil:
		widen(out, c.bytes, c.low)
	case c.shorts != nil:
		widen(out, c.shorts, c.low)
	case c.ints != nil:
		widen(out, c.ints, c.low)
	case c.longs != nil:
		widen(out, c.longs, c.low)
	default:
		for i := range out {
			out[i] = c.low
		}
	}
}

func widen[T uint8 | uint16 | uint32 | uint64](out []int64, in []T, low int64) {
	in = in[:len(out)]
	for i, x := range in {
		out[i] = int64(uint64(low) + uint64(x))
	}
}

// lost writes which values nobody told.
func (c *packed) lost(out []int64) {
	for i := range out {
		out[i] = int64(c.absent[i/64] >> (i % 64) & 1)
	}
}

func (c *packed) size() int {
	return int(unsafe.Sizeof(*c)) + len(c.bytes) + 2*len(c.shorts) + 4*len(c.ints) + 8*(len(c.longs)+len(c.absent))
}
