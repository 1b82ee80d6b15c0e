package departments

import "minzheng/app/demo/county"

// maritals are the words of the registers as the dictionary has them.
func maritals() map[county.Marital]string {
	return map[county.Marital]string{county.Single: "未婚", county.Married: "已婚", county.Divorced: "离异", county.Widowed: "丧偶"}
}

// premarital says that a check-up was done, and never what it found.
func premarital(_ *county.County, p *county.Person, _ question) (values, bool) {
	return values{"premarital_checked": true}, p.Checked
}

// divorces are those that a court has decided: of the divorced, every other one.
func divorces(_ *county.County, p *county.Person, _ question) (values, bool) {
	if p.Marriage.Status != county.Divorced || p.Number[15]%2 == 0 {
		return nil, false
	}
	return values{"divorce_judged": p.Marriage.Ended.String()}, true
}

// capacity is what a court has declared about those who cannot act for
// themselves: a grave mental or intellectual disability, of some.
func capacity(_ *county.County, p *county.Person, _ question) (values, bool) {
	d := p.Disability
	return values{"capacity_limited": true}, d != nil && (d.Kind == 5 || d.Kind == 6) && d.Grade == 1
}
