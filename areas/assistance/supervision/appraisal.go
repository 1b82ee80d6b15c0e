package supervision

import (
	"context"
	"fmt"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

// Effects are what the acts of an objection do.
func Effects() map[string]casework.Effect {
	return map[string]casework.Effect{"weigh-appraisal": weighAppraisal}
}

// weighAppraisal refuses the record of a villagers' appraisal (民主评议) whose
// counts cannot be, and says how it went. It decides nothing: what the village
// thinks is one more fact for whoever does.
func weighAppraisal(_ context.Context, _ *db.Tx, e casework.Effecting) error {
	r := New(e.Desk)
	least, err := r.number(e.Case.Region, e.Day, "评议最少人数")
	if err != nil {
		return err
	}
	share, err := r.number(e.Case.Region, e.Day, "评议代表占比")
	if err != nil {
		return err
	}
	n := counts{map[string]int{}}
	clear := false
	for _, a := range e.Answers {
		switch {
		case !a.Known:
		case a.Field.Fact == "评议已回避":
			clear = a.Value.Bool()
		case a.Field.Fact == "评议到会人数" || a.Field.Fact == "评议村民代表人数" || a.Field.Fact == "评议赞成人数" || a.Field.Fact == "评议不赞成人数" || a.Field.Fact == "评议弃权人数":
			n.of[a.Field.Name()] = int(a.Value.Int64())
		}
	}
	if err := n.check(least, share, clear); err != nil {
		return err
	}
	e.Detail["评议结果"] = n.says()
	return nil
}

// counts are those of an appraisal, by the names of its form's fields.
type counts struct{ of map[string]int }

func (n counts) check(least, share int, clear bool) error {
	var p errs.Problems
	present, delegates := n.of["appraisal_present"], n.of["appraisal_delegates"]
	if sum := n.of["appraisal_for"] + n.of["appraisal_against"] + n.of["appraisal_abstained"]; sum != present {
		p.Add("appraisal_present", fmt.Sprintf("赞成、不赞成、弃权加起来是 %d 人，和到会 %d 人对不上。", sum, present))
	} else if present < least {
		p.Add("appraisal_present", fmt.Sprintf("到会的人太少，至少要 %d 人，要重新开会。", least))
	}
	if delegates > present {
		p.Add("appraisal_delegates", "村（居）民代表比到会的人还多。")
	} else if delegates*100 < share*present {
		p.Add("appraisal_delegates", fmt.Sprintf("到会的人里，村（居）民代表至少要占 %d%%，要重新开会。", share))
	}
	if !clear {
		p.Add("appraisal_clear", "有应当回避的人参加了表态，这次评议不能用，要重新开会。")
	}
	return p.Err()
}

// says is how it went, for whoever decides.
func (n counts) says() string {
	yes, no, none := n.of["appraisal_for"], n.of["appraisal_against"], n.of["appraisal_abstained"]
	word := "没有形成多数意见"
	switch {
	case yes*2 > yes+no+none:
		word = "多数赞成"
	case no*2 > yes+no+none:
		word = "多数不赞成"
	}
	return fmt.Sprintf("到会 %d 人，赞成 %d 人，不赞成 %d 人，弃权 %d 人：%s。供认定时参考", yes+no+none, yes, no, none, word)
}
