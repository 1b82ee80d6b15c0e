package rule

import (
	"strings"

	"minzheng/kernel/fact"
)

// op is what a node of a formula does.
type op uint8

const (
	opConst op = iota
	opToday
	opFact
	opParameter
	opRule
	opTable       // a parameter with axes, looked up by its arguments
	opProgressive // 累进: each slice of an amount times the rate of its step
	opNot
	opNegate
	opAnd
	opOr
	opLess
	opLessEqual
	opMore
	opMoreEqual
	opSame
	opDiffers
	opWithin
	opAdd
	opSubtract
	opMultiply
	opDivide
	opWholeDay
	opChoose // a ? b : c
	opAge
	opMonths
	opRound
	opLarger
	opSmaller
	opSum
	opHighest
	opAny
	opEvery
)

// node is one checked part of a formula: what it does, what it yields, and how
// one case works it out. The columns of a population are compiled from the
// same nodes, so there is one meaning and not two.
type node struct {
	op    op
	kind  kind
	args  []*node
	each  bool // one value for each member
	eval  eval
	value val      // of opConst
	words []string // of opWithin, and of a list
	how   rounding // of opRound
	index int      // of a fact, a parameter or a rule
	def   *fact.Def
	name  string
}

// eval works one node out for one case.
type eval func(*run) val

// use is one name that a rule reads.
type use struct {
	name  string
	def   *fact.Def  // a fact of the dictionary
	param *Parameter // a parameter
	index int        // of the fact, the parameter or the rule
	each  bool       // read of members
}

func constant(k kind, v val) *node {
	return &node{op: opConst, kind: k, value: v, eval: func(*run) val { return v }}
}

// made is a node over other nodes; it is each member's if one of them is.
func made(o op, k kind, args ...*node) *node {
	n := &node{op: o, kind: k, args: args}
	for _, a := range args {
		n.each = n.each || a.each
	}
	return n
}

func (n *node) with(e eval) *node {
	n.eval = e
	return n
}

// walk calls fn for the node and all below it, each before its arguments.
func (n *node) walk(fn func(*node)) {
	fn(n)
	for _, a := range n.args {
		a.walk(fn)
	}
}

// compares reports whether the node is a comparison.
func (n *node) compares() bool { return n.op >= opLess && n.op <= opWithin }

var opSigns = map[op]string{opAnd: "且", opOr: "或", opLess: "<", opLessEqual: "<=", opMore: ">", opMoreEqual: ">=", opSame: "==", opDiffers: "!=",
	opAdd: "+", opSubtract: "-", opMultiply: "*", opDivide: "/"}

var opWords = map[op]string{opProgressive: "累进", opNot: "非", opNegate: "负", opAge: "年龄", opMonths: "月数", opRound: "取整", opLarger: "较大", opSmaller: "较小",
	opSum: "合计", opHighest: "最大", opAny: "任一", opEvery: "全部"}

// String writes the node much as it stands in a formula, for messages.
func (n *node) String() string {
	switch n.op {
	case opConst:
		if n.kind == word {
			return "“" + n.value.text + "”"
		}
		return n.value.fact(n.kind).String()
	case opToday:
		return "今天"
	case opFact, opRule, opParameter:
		return n.name
	case opWholeDay:
		return n.args[0].String()
	case opMultiply:
		if n.kind == money && n.args[0].kind == number && n.args[1].op == opConst {
			return n.args[0].String() + " 元"
		}
	}
	var all []string
	for _, a := range n.args {
		all = append(all, a.String())
	}
	if sign := opSigns[n.op]; sign != "" {
		return strings.Join(all, " "+sign+" ")
	}
	return opWords[n.op] + n.name + "(" + strings.Join(all, ", ") + ")"
}
