package decision

import (
	"bytes"
	"fmt"
	"reflect"

	"minzheng/kernel/fact"
)

// differs says what a record says otherwise than the same record worked out
// again, one sentence for each difference: values first, then what was made
// of them.
func (r Record) differs(again Record) []string {
	d := &differing{seen: map[string]bool{}}
	d.plain("事项", r.Service+" "+r.Title, again.Service+" "+again.Title)
	for i, f := range r.Facts {
		d.plain("事实 "+named(f.Name, f.About)+" 的来源名称", f.Vouched, again.Facts[i].Vouched)
	}
	now := map[[2]string]Finding{}
	for _, f := range again.Findings {
		now[[2]string{f.Set, f.About}] = f
	}
	for _, was := range r.Findings {
		key := [2]string{was.Set, was.About}
		one, ok := now[key]
		if !ok {
			d.say("规则 %s：目录里没有这条规则", named(was.Set, was.About))
			continue
		}
		delete(now, key)
		d.used(was, one)
		d.finding(was, one)
	}
	for _, f := range again.Findings {
		if _, left := now[[2]string{f.Set, f.About}]; left {
			d.say("规则 %s：记录里没有这条规则", named(f.Set, f.About))
		}
	}
	d.plain("金额", fact.Yuan(r.Amount), fact.Yuan(again.Amount))
	d.rest(r, again)
	return d.all
}

type differing struct {
	all  []string
	seen map[string]bool
}

// say adds a sentence, once.
func (d *differing) say(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !d.seen[s] {
		d.seen[s] = true
		d.all = append(d.all, s)
	}
}

func (d *differing) plain(what, was, now string) {
	if was != now {
		d.say("%s：记录里是 %s，重算是 %s", what, orNone(was), orNone(now))
	}
}

// used names the facts and parameters that a rule used otherwise. What another
// rule gave is left to that rule.
func (d *differing) used(was, now Finding) {
	if len(was.Used) != len(now.Used) {
		d.say("规则 %s：用到的事实和参数不一样", named(was.Set, was.About))
		return
	}
	for i, u := range was.Used {
		n := now.Used[i]
		switch {
		case reflect.DeepEqual(u, n):
		case u.Name != n.Name || u.About != n.About:
			d.say("规则 %s：用到的事实和参数不一样", named(was.Set, was.About))
		case u.Set != "" || n.Set != "":
			d.plain("参数 "+u.Name, set(u), set(n))
		case u.Source != "" || n.Source != "":
			d.plain("事实 "+named(u.Name, u.About), said(u), said(n))
		}
	}
}

// set is a parameter with who set it from when on.
func set(u Used) string {
	if u.Set == "" {
		return u.Shown
	}
	return fmt.Sprintf("%s（%s，%s 起）", u.Shown, u.Set, u.From)
}

// said is a fact with who said it when.
func said(u Used) string {
	if u.Source == "" {
		return u.Shown
	}
	return fmt.Sprintf("%s（%s，%s）", u.Shown, u.Source, u.At.UTC().Format("2006-01-02T15:04:05.999Z"))
}

func (d *differing) finding(was, now Finding) {
	name := named(was.Set, was.About)
	before := len(d.all)
	if was.Value != now.Value || was.Known != now.Known || was.Shown != now.Shown {
		d.plain("规则 "+name, worth(was), worth(now))
	}
	d.plain("规则 "+name+" 的依据", was.Law, now.Law)
	d.plain("规则 "+name+" 的说明", was.Why, now.Why)
	d.plain("规则 "+name+" 的单位", was.Unit, now.Unit)
	was.Used, now.Used = nil, nil
	if before == len(d.all) && !reflect.DeepEqual(was, now) && !same(was, now) { // nil and empty are written alike
		d.say("规则 %s：缺什么，记录里和重算的不一样", name)
	}
}

func worth(f Finding) string {
	if !f.Known {
		return "不知道"
	}
	if f.Shown != f.Value.String() {
		return f.Shown + "（" + f.Value.Encode() + "）"
	}
	return f.Shown
}

// rest says that something differs which has not been named.
func (d *differing) rest(r, again Record) {
	if len(d.all) > 0 {
		return
	}
	r.Version, r.Rules, r.Changes, r.Dictionary = again.Version, again.Rules, again.Changes, again.Dictionary // are told apart from this
	was, err1 := r.Bytes()
	now, err2 := again.Bytes()
	if err1 != nil || err2 != nil || !bytes.Equal(was, now) {
		n := common(was, now)
		d.say("第 %d 个字节（%s）和重算的不一样", n+1, pathAt(was, n))
	}
}

func same(a, b any) bool {
	one, err1 := canonical(a)
	two, err2 := canonical(b)
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}

func named(name, about string) string {
	if about == "" {
		return name
	}
	return name + "（" + about + "）"
}

func orNone(s string) string {
	if s == "" {
		return "空"
	}
	return s
}
