package staff

import (
	"minzheng/kernel/fact"
	"minzheng/kernel/web"
)

// chip is the state of one thing.
type chip struct {
	Tone web.Tone
	Icon string
	Text string
}

// control is one question of an act's form: which component asks it.
type control struct {
	Kind string // text, money, date, choice, select, long
	web.Field
}

// seal is the seal of a source.
func seal(dict *fact.Dictionary, source string) web.SealView {
	s := dict.Source(source)
	return web.SealView{Char: s.Seal, Title: s.Title, Person: s.Person}
}
