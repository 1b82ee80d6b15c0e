package rule

import (
	"encoding/binary"
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
	n := int(unsafe.Sizeof(*b)) + 2*len(b.ends) + len(b.regions.data)
	for _, c := range b.columns {
		n += int(unsafe.Sizeof(c)) + len(c.data) + 8*len(c.absent)
	}
	return n
}

// packed is one column of a block: each value as its distance from the least,
// in as few bytes as all need; none when all are the same.
type packed struct {
	low, high int64
	data      []byte
	absent    []uint64 // a bit for each value that nobody told; nil when all are told
	width     uint8
}

// pack adds a column's bytes to the buffer; told is nil when all are.
func pack(buffer []byte, values []int64, told []bool) (packed, []byte) {
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
		return c, buffer
	case span < 1<<8:
		c.width = 1
	case span < 1<<16:
		c.width = 2
	case span < 1<<32:
		c.width = 4
	default:
		c.width = 8
	}
	for i, v := range values {
		if told != nil && !told[i] {
			v = c.low
		}
		buffer = c.append(buffer, uint64(v)-uint64(c.low))
	}
	return c, buffer
}

func (c *packed) append(buffer []byte, v uint64) []byte {
	switch c.width {
	case 1:
		return append(buffer, byte(v))
	case 2:
		return binary.LittleEndian.AppendUint16(buffer, uint16(v))
	case 4:
		return binary.LittleEndian.AppendUint32(buffer, uint32(v))
	}
	return binary.LittleEndian.AppendUint64(buffer, v)
}

// at returns one value.
func (c *packed) at(i int) (v int64, told bool) {
	if c.absent != nil && c.absent[i/64]>>(i%64)&1 == 1 {
		return 0, false
	}
	switch c.width {
	case 0:
		return c.low, true
	case 1:
		return c.low + int64(c.data[i]), true
	case 2:
		return c.low + int64(binary.LittleEndian.Uint16(c.data[i*2:])), true
	case 4:
		return c.low + int64(binary.LittleEndian.Uint32(c.data[i*4:])), true
	}
	return int64(uint64(c.low) + binary.LittleEndian.Uint64(c.data[i*8:])), true
}

// unpack writes all values; where nobody told one, it writes some value
// between low and high.
func (c *packed) unpack(out []int64) {
	low, data := c.low, c.data
	switch c.width {
	case 0:
		for i := range out {
			out[i] = low
		}
	case 1:
		for i, b := range data[:len(out)] {
			out[i] = low + int64(b)
		}
	case 2:
		for i := range out {
			out[i] = low + int64(binary.LittleEndian.Uint16(data[i*2:]))
		}
	case 4:
		for i := range out {
			out[i] = low + int64(binary.LittleEndian.Uint32(data[i*4:]))
		}
	default:
		for i := range out {
			out[i] = int64(uint64(low) + binary.LittleEndian.Uint64(data[i*8:]))
		}
	}
}

// lost writes which values nobody told.
func (c *packed) lost(out []bool) {
	for i := range out {
		out[i] = c.absent[i/64]>>(i%64)&1 == 1
	}
}
