package counter

import (
	"context"

	"minzheng/kernel/people"
)

// kin tells how two are related as far as the register of residents knows:
// 直系血亲 or 三代以内旁系血亲 (民法典 art. 1048) reach up to common grandparents.
// "" is nothing known, which is not the same as no kinship.
func (m *Room) kin(ctx context.Context, a, b people.ID) (string, error) {
	if a == "" || b == "" {
		return "", nil
	}
	up, err := m.forebears(ctx, a)
	if err != nil {
		return "", err
	}
	other, err := m.forebears(ctx, b)
	if err != nil {
		return "", err
	}
	_, aAboveB := other[a]
	_, bAboveA := up[b]
	if aAboveB || bAboveA {
		return "直系血亲", nil
	}
	nearest := [2]int{9, 9}
	for id, n := range up {
		if k, common := other[id]; common && n+k < nearest[0]+nearest[1] {
			nearest = [2]int{n, k}
		}
	}
	if nearest[0] > 2 {
		return "", nil
	}
	return collateral(nearest[0], nearest[1]), nil
}

// collateral names two with a common forebear by how far above it stands.
func collateral(n, k int) string {
	switch {
	case n == 1 && k == 1:
		return "兄弟姐妹"
	case n == 1 || k == 1:
		return "叔伯姑舅姨和侄甥"
	}
	return "堂表兄弟姐妹"
}

// forebears are somebody's parents and grandparents, with how far up.
func (m *Room) forebears(ctx context.Context, id people.ID) (map[people.ID]int, error) {
	all := map[people.ID]int{}
	level := []people.ID{id}
	for up := 1; up <= 2; up++ {
		var next []people.ID
		for _, who := range level {
			ties, err := m.Desk.People.Ties(ctx, m.DB, who)
			if err != nil {
				return nil, err
			}
			for _, t := range ties {
				if t.Kind == "father" || t.Kind == "mother" {
					all[t.Other] = up
					next = append(next, t.Other)
				}
			}
		}
		level = next
	}
	return all, nil
}
