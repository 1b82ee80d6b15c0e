package county

import (
	"fmt"

	"minzheng/kernel/calendar"
	"minzheng/kernel/region"
)

// belongings gives the household what it owns. A few of the poor own more than
// the rules allow.
func (b *builder) belongings(h *Household, r rank) {
	head := b.person(h.Members[0])
	b.house(head, h.Address, h.Urban)
	if r != ordinary && !b.chance(70) {
		for _, i := range h.Members {
			if b.age(i) >= 18 {
				b.person(i).Deposits = int64(b.n(1_200_000))
			}
		}
		if b.chance(200) {
			b.vehicle(head, "普通二轮摩托车", 800, 3000)
		}
		return
	}
	for _, i := range h.Members {
		p := b.person(i)
		if b.age(i) < 18 {
			continue
		}
		p.Deposits = min(int64(b.n(30_000_000)), int64(b.n(30_000_000))) + 200_000
		if b.chance(60) {
			p.Securities = b.yuan(3000, 120000)
		}
	}
	b.drive(h)
	if b.chance(80) {
		b.house(head, "云岭市城中区和平路"+fmt.Sprint(b.between(1, 300))+"号", true)
	}
}

// drive gives nearly half of the households a car, and some a motorcycle.
func (b *builder) drive(h *Household) {
	driver := b.person(h.Members[0])
	for _, i := range h.Members {
		if age := b.age(i); age >= 22 && age < 66 {
			driver = b.person(i)
			break
		}
	}
	if b.chance(450) && calendar.Age(driver.Birth, base()) < 70 {
		b.vehicle(driver, pick(b.dice, []string{"小型轿车", "小型轿车", "小型普通客车", "轻型货车"}), 15000, 180000)
	} else if b.chance(300) {
		b.vehicle(driver, "普通二轮摩托车", 800, 6000)
	}
}

func (b *builder) house(p *Person, address string, urban bool) {
	area, kind, price := b.between(60, 180), "农村宅基地住房", b.between(600, 1400)
	if urban {
		area, kind, price = b.between(45, 130), "商品住房", b.between(3200, 6500)
	}
	p.Houses = append(p.Houses, House{address, area * 100, kind, int64(area*price) * 100})
}

func (b *builder) vehicle(p *Person, kind string, low, high int) {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	n := b.n(24 * 10000)
	for b.plates[n] {
		n = (n + 1) % (24 * 10000)
	}
	b.plates[n] = true
	plate := fmt.Sprintf("示A%c%04d", letters[n/10000], n%10000)
	p.Vehicles = append(p.Vehicles, Vehicle{plate, kind, b.yuan(low, high)})
}

// find returns the village with the code.
func find(code region.Code) village {
	n := 0
	for _, t := range townships() {
		for _, v := range t.list(n) {
			if v.code == code {
				return v
			}
		}
		n += t.villages
	}
	return village{code: code}
}
