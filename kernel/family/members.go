package family

import (
	"context"
	"strconv"
	"time"

	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// Members are those whom Known is about, as a case about them has them, the
// applicant first: one person alone, or the family as its last case had it.
// Nobody of them has consented to anything yet.
func (r *Room) Members(ctx context.Context, d db.Reader, h *Home, k Known) ([]casework.Member, error) {
	if k.last != "" {
		all, err := r.desk.Members(ctx, d, k.last)
		for i := range all {
			all[i].Consented, all[i].ConsentBy = time.Time{}, ""
		}
		return all, err
	}
	var all []casework.Member
	for n, i := range k.People {
		p, err := r.desk.People.Find(ctx, d, h.People[i].ID)
		if err != nil {
			return nil, err
		}
		m := casework.Member{Key: "m" + strconv.Itoa(n+1), Name: p.Name, Number: p.Number, Relation: "其他", Birth: p.Birth}
		if n == 0 {
			m.Relation = "本人"
		}
		all = append(all, m)
	}
	return all, nil
}
