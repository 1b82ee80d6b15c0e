package audit

import (
	"context"
	"fmt"
	"strconv"

	"minzheng/kernel/db"
)

// Report is what a verification found.
type Report struct {
	Entries  int64 // how many entries were read
	Chains   int
	Points   int // how many checkpoints were compared
	Findings []Finding
}

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Finding is one thing wrong. Seq is 0 when it concerns a whole chain, and
// Chain is -1 when it concerns no single one.
type Finding struct {
	Chain, Seq int64
	Sentence   string // in Chinese, for the auditor
}

// String is the finding as one line.
func (f Finding) String() string {
	switch {
	case f.Chain < 0:
		return f.Sentence
	case f.Seq == 0:
		return fmt.Sprintf("第 %d 链：%s", f.Chain, f.Sentence)
	}
	return fmt.Sprintf("第 %d 链第 %d 条：%s", f.Chain, f.Seq, f.Sentence)
}

// Verify computes everything anew and reports all that does not fit. dir is
// where the checkpoints are; "" leaves them out. It reads row by row and may
// run while others write.
func (l *Log) Verify(ctx context.Context, r db.Reader, dir string) (Report, error) {
	v := verifier{l: l, r: r, points: points{}}
	if dir != "" {
		if err := v.loadPoints(dir); err != nil {
			return Report{}, err
		}
	}
	names, err := db.All(ctx, r, db.Value[string],
		`SELECT chain FROM audit_entry UNION SELECT chain FROM audit_head ORDER BY chain`)
	if err != nil {
		return Report{}, fmt.Errorf("audit: listing chains: %w", err)
	}
	seen := map[int64]bool{}
	for _, name := range names {
		chain, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			v.find(-1, 0, "链号无法读取")
			continue
		}
		seen[chain] = true
		if err := v.chain(ctx, chain); err != nil {
			return Report{}, err
		}
	}
	for chain, wanted := range v.points {
		if !seen[chain] {
			v.find(chain, 0, fmt.Sprintf("整条链已不存在，而检查点记录过至少 %d 条", len(wanted)))
		}
	}
	v.report.Chains = len(names)
	return v.report, nil
}

type verifier struct {
	l      *Log
	r      db.Reader
	points points
	report Report
}

func (v *verifier) find(chain, seq int64, sentence string) {
	v.report.Findings = append(v.report.Findings, Finding{chain, seq, sentence})
}

// walk is how far one chain has been read.
type walk struct {
	chain  int64
	begin  head   // the head before reading
	seq    int64  // of the last entry read
	hash   string // of the last entry read
	agreed bool   // the entry that begin names has begin's hash
}

// chain verifies one chain between two looks at its head: others may add
// entries meanwhile.
func (v *verifier) chain(ctx context.Context, chain int64) error {
	begin, good, err := v.head(ctx, chain)
	if err != nil {
		return err
	}
	w := &walk{chain: chain, begin: begin}
	if err := v.entries(ctx, w); err != nil {
		return err
	}
	v.missed(w)
	if !good { // reported; there is no length to hold the entries against
		return nil
	}
	end, good, err := v.head(ctx, chain)
	if err != nil || !good {
		return err
	}
	switch {
	case w.seq < begin.entries:
		v.find(chain, 0, fmt.Sprintf("末尾被截断：链头记有 %d 条，只剩到第 %d 条", begin.entries, w.seq))
	case w.seq > end.entries:
		v.find(chain, 0, fmt.Sprintf("第 %d 条之后的记录不是系统写入的：链头只记有 %d 条", end.entries, end.entries))
	case begin.entries > 0 && !w.agreed, w.seq == end.entries && w.hash != end.hash:
		v.find(chain, 0, "最后一条的散列与链头不符")
	}
	return nil
}

// head returns the head, or reports it.
func (v *verifier) head(ctx context.Context, chain int64) (h head, ok bool, err error) {
	rows, err := db.All(ctx, v.r, func(r db.Row) (row [3]string, err error) { return row, r.Scan(&row[0], &row[1], &row[2]) },
		`SELECT entries, hash, mac FROM audit_head WHERE chain = ?`, chain)
	if err != nil {
		return head{}, false, fmt.Errorf("audit: finding the head of chain %d: %w", chain, err)
	}
	h.chain = chain
	if len(rows) == 0 {
		v.find(chain, 0, "链头不存在，记录无从对照")
		return h, false, nil
	}
	h.entries, err = strconv.ParseInt(rows[0][0], 10, 64)
	h.hash, h.mac = rows[0][1], rows[0][2]
	if err != nil || !h.sealed(v.l.box) {
		v.find(chain, 0, "链头被改动：封印与内容不符")
		return h, false, nil
	}
	return h, true, nil
}

func (v *verifier) entries(ctx context.Context, w *walk) error {
	rows, err := v.r.Query(ctx, `SELECT `+columns+` FROM audit_entry WHERE chain = ? ORDER BY seq`, w.chain)
	if err != nil {
		return fmt.Errorf("audit: reading chain %d: %w", w.chain, err)
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return fmt.Errorf("audit: reading chain %d after entry %d: %w", w.chain, w.seq, err)
		}
		v.entry(w, one)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("audit: reading chain %d after entry %d: %w", w.chain, w.seq, err)
	}
	return nil
}

func (v *verifier) entry(w *walk, one row) {
	v.report.Entries++
	_, seq, err := one.place()
	if err != nil {
		v.find(w.chain, w.seq+1, "序号无法读取")
		return
	}
	switch {
	case seq == w.seq+2:
		v.find(w.chain, w.seq+1, "这一条缺失")
	case seq > w.seq+2:
		v.find(w.chain, w.seq+1, fmt.Sprintf("从这一条到第 %d 条缺失", seq-1))
	case seq <= w.seq:
		v.find(w.chain, seq, "序号不合法")
	}
	// After a gap what came before is lost: the hash cannot be computed.
	if seq == w.seq+1 && one.hash != one.sum(w.hash) {
		v.find(w.chain, seq, "内容与散列不符：这一条或前一条被改动、替换或移动过")
	}
	if seq == w.begin.entries {
		w.agreed = one.hash == w.begin.hash
	}
	v.compare(w.chain, seq, one.hash)
	w.seq, w.hash = seq, one.hash
}
