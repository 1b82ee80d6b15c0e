package area

import (
	"context"
	"time"

	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
	"minzheng/kernel/file"
	"minzheng/kernel/form"
)

// The states of a report.
const (
	Reported = "open"
	Visited  = "visited" // somebody was there, and it goes on
	Applied  = "opened"  // an application is under way
	Closed   = "closed"
)

// Report is that somebody has seen a family in need.
type Report struct {
	ID      string
	Account string
	By      string
	Region  string
	Office  string
	Urgency string // see Urgencies
	Told
	At      time.Time
	Due     calendar.Day
	State   string
	Outcome string
	Mandate string // under which a clerk applies for them
	Urgent  bool   // help at once was asked for
	Ended   time.Time
	Ender   string
}

// Told is what was seen, in three answers.
type Told struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Where string `json:"where"`
	What  string `json:"what"`
	Words string `json:"words"`
	Spot  string `json:"spot,omitempty"` // 30.1234,120.5678
}

// NewReport is a report that comes in.
type NewReport struct {
	Key     string // the same for the same sending
	By      casework.Actor
	Region  string
	Urgency string
	Told
	Photos []file.Blob
}

// Urgencies are how much a family can wait.
func Urgencies() [][2]string {
	return [][2]string{{"now", "今天就过不去"}, {"soon", "这几天要有人来"}, {"look", "不急，来看看就好"}}
}

// Happenings are what can have happened to a family.
func Happenings() []string {
	return []string{"突发重病", "意外伤害", "交通事故", "火灾", "家人去世", "没有收入了", "老人没人照顾", "孩子没人照顾", "其他突发变故"}
}

// Check says what is to be put right in a report.
func (n NewReport) Check(now time.Time) error {
	var p errs.Problems
	text := func(name, label, s string, most int) {
		if c := len([]rune(s)); c == 0 || c > most {
			p.Add(name, label)
		}
	}
	text("name", "请写是谁家，不知道姓名就写怎么称呼。", n.Name, 40)
	text("where", "请写在哪里，让人找得到。", n.Where, 200)
	if n.Phone != "" && form.CheckText("phone", "电话", n.Phone, now) != "" {
		p.Add("phone", "电话不对，请再看一遍；没有可以不填。")
	}
	text("what", "请选出了什么事。", n.What, 20)
	text("words", "请说几句看到的情况，最多 500 个字。", n.Words, 500)
	if word(Urgencies(), n.Urgency) == "" {
		p.Add("urgency", "请选急不急。")
	}
	return p.Err()
}

// UrgencyWords is how much they can wait, for readers.
func (r Report) UrgencyWords() string { return word(Urgencies(), r.Urgency) }

func word(all [][2]string, key string) string {
	for _, one := range all {
		if one[0] == key {
			return one[1]
		}
	}
	return ""
}

// Owner owns the photos among the files.
func (r Report) Owner() string { return "need/" + r.ID }

// Reports are what an area does with reports of families in need.
type Reports struct {
	Make func(ctx context.Context, tx *db.Tx, n NewReport) (Report, error) // made twice with one key, it is one
	By   func(ctx context.Context, r db.Reader, account string) ([]Report, error)
	Find func(ctx context.Context, r db.Reader, id string) (Report, error)
}
