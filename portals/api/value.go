package api

import (
	"math"
	"net/url"
	"strconv"

	"minzheng/kernel/catalog"
	"minzheng/kernel/errs"
	"minzheng/kernel/fact"
	"minzheng/kernel/form"
)

// typed writes a JSON value as it would be typed into the field, so that the
// field's own checks read it. Amounts are whole 分 here and 元 there: text is
// no amount, since nobody could tell which of both it means.
func typed(def *fact.Def, v any) (text, wrong string) {
	if v == nil {
		return "", ""
	}
	if s, ok := v.(string); ok && (s == form.Unsure || def.Typed() != fact.Money && def.Typed() != fact.Int) {
		return s, ""
	}
	switch def.Typed() {
	case fact.Money:
		if n, ok := whole(v); ok {
			return yuan(n), ""
		}
		return "", "金额要写成整数，单位是分。"
	case fact.Int:
		if n, ok := whole(v); ok {
			return strconv.FormatInt(n, 10), ""
		}
		return "", "这里要写成整数。"
	case fact.Bool:
		if b, ok := v.(bool); ok {
			return strconv.FormatBool(b), ""
		}
		return "", "这里要写 true 或 false。"
	}
	return "", "这里要写成文字。"
}

// whole reads a JSON number that holds a whole number exactly.
func whole(v any) (int64, bool) {
	f, ok := v.(float64)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// yuan is 分 as they are typed: 121050 is 1210.50.
func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	cents := strconv.FormatInt(fen%100, 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return sign + strconv.FormatInt(fen/100, 10) + "." + cents
}

// sent writes the values for some fields as a form would send them. What can
// be no value of its field is a problem of the field, named with its prefix.
func sent(fields []*form.Field, given map[string]any, prefix string, problems *errs.Problems) url.Values {
	all := url.Values{}
	for _, f := range fields {
		v, ok := given[f.Name()]
		if !ok {
			continue
		}
		text, wrong := typed(f.Def, v)
		if wrong != "" {
			problems.Add(prefix+f.Name(), wrong)
		}
		all.Set(f.Name(), text)
	}
	return all
}

// valueOf reads one value of a fact.
func valueOf(def *fact.Def, v any) (fact.Value, bool) {
	text, wrong := typed(def, v)
	if wrong != "" || text == "" || text == form.Unsure {
		return fact.Value{}, false
	}
	out, err := catalog.ParseFact(def, text)
	return out, err == nil && def.Check(out) == nil
}

// jsonOf writes a value as the API does: amounts in 分, days as 2026-03-02.
func jsonOf(v fact.Value) any {
	switch v.Type() {
	case fact.Money, fact.Int:
		return v.Int64()
	case fact.Bool:
		return v.Bool()
	case fact.Date:
		return v.Encode()[len("d:"):]
	case fact.Enum, fact.Text:
		return v.Word()
	}
	return nil
}
