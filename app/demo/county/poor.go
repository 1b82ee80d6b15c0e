package county

// Poor reports whether a household that is as departments say has little income
// and property: it would be on the register of low income.
func (c *County) Poor(h *Household) bool {
	n := int64(len(h.Members))
	if n > 4 || c.Income(h) >= 115_000*n || c.Savings(h) > 2_500_000*n {
		return false
	}
	houses, vehicles := 0, int64(0)
	for j, i := range h.Members {
		p := c.Person(i)
		if p.Differs != NoDifference || p.Away != nil || p.Death != nil || j == 0 && (c.Age(p) < 20 || p.Phone == "") {
			return false
		}
		houses += len(p.Houses)
		for _, v := range p.Vehicles {
			vehicles += v.Value
		}
	}
	return houses <= 1 && vehicles <= 2_000_000
}
