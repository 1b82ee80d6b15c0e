// Package demo fills an empty bureau with the demo county: its residents, its
// staff, and cases in every state, each of which has been through the very acts
// that real cases go through. All of it is made up (示例数据).
package demo

import (
	"context"
	"fmt"

	"minzheng/app"
	"minzheng/app/demo/county"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
	"minzheng/kernel/region"
)

// Seed is the seed of the county that server and department simulator share.
const Seed = 39

// County is the demo county as it is on the day of a clock.
func County(a *app.App) *county.County { return county.Generate(Seed, calendar.DayOf(a.DB.Now())) }

// Register puts the demo county's residents into an empty register. It reports
// whether it did.
func Register(ctx context.Context, a *app.App) (bool, error) {
	n, err := a.People.Count(ctx, a.DB)
	if err != nil || n > 0 {
		return false, err
	}
	return true, Households(ctx, a, County(a), 0)
}

// Households registers the first most households of a county; 0 is all.
func Households(ctx context.Context, a *app.App, c *county.County, most int) error {
	if most == 0 {
		most = len(c.Households)
	}
	ids := make([]people.ID, len(c.Persons))
	for i := range ids {
		ids[i] = people.ID(db.NewID())
	}
	const batch = 500 // households in one transaction
	for from := 0; from < most; from += batch {
		some := c.Households[from:min(from+batch, most)]
		if err := a.DB.Do(ctx, func(tx *db.Tx) error { return register(ctx, tx, a.People, c, ids, some) }); err != nil {
			return err
		}
	}
	return nil
}

func register(ctx context.Context, tx *db.Tx, g *people.Register, c *county.County, ids []people.ID, some []county.Household) error {
	for _, h := range some {
		if err := g.AddHousehold(ctx, tx, h.Book, string(h.Village), h.Address); err != nil {
			return err
		}
		for _, i := range append(append([]int{}, h.Members...), h.Gone...) {
			if _, err := g.Add(ctx, tx, resident(c, ids, i, h)); err != nil {
				return err
			}
			for _, t := range ties(c, ids, i) {
				if err := g.Bind(ctx, tx, t); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func resident(c *county.County, ids []people.ID, i int, h county.Household) people.Person {
	p := c.Person(i)
	out := people.Person{ID: ids[i], Name: p.Name, Number: p.Number, Sex: string(p.Sex), Birth: p.Birth, Region: string(h.Village),
		Household: h.Book, Relation: string(p.Relation), Phone: p.Phone}
	if p.Death != nil && p.Death.Registered <= c.AsOf {
		out.Died = p.Death.On
	}
	return out
}

func ties(c *county.County, ids []people.ID, i int) []people.Tie {
	p := c.Person(i)
	var all []people.Tie
	for kind, other := range map[string]int{"spouse": p.Spouse, "father": p.Father, "mother": p.Mother} {
		if other != county.Nobody {
			all = append(all, people.Tie{Person: ids[i], Kind: kind, Other: ids[other]})
		}
	}
	return all
}

// Password is that of all demo accounts.
const Password = "qingxi2026"

// Staff makes the demo's accounts, if there are none: two clerks and a head
// for each township, officers of the county, an auditor and an administrator.
func Staff(ctx context.Context, a *app.App) error {
	there, err := auth.Accounts(ctx, a.DB)
	if err != nil || len(there) > 0 {
		return err
	}
	hash, err := a.Auth.HashPassword(ctx, Password)
	if err != nil {
		return err
	}
	return a.DB.Do(ctx, func(tx *db.Tx) error {
		for _, one := range accounts(a.Places) {
			one.Password = hash
			if _, err := auth.Add(ctx, tx, one); err != nil {
				return fmt.Errorf("adding the demo account %s: %w", one.Login, err)
			}
		}
		return nil
	})
}

var clerkNames = []string{"何芳", "马志强", "陈晓燕", "吴建国", "林秀梅", "郑海涛", "许丽华", "邓文斌", "冯玉兰", "曹国庆", "彭雪", "曾凡", "萧红", "田野",
	"董洁", "潘伟", "袁月", "蔡明", "余静", "杜鹏", "叶青", "程远", "魏兰", "苏航", "卢燕", "蒋涛", "沈芸", "韩松"}

var headNames = []string{"丁卫东", "任秋菊", "姚建平", "傅爱华", "钟山", "姜丽", "崔永", "谭敏", "廖志远", "范冰洁", "汪洋", "石磊", "贾芸", "夏荷"}

func accounts(places *region.Tree) []auth.NewAccount {
	var all []auth.NewAccount
	add := func(login, name, role string, place region.Code) {
		all = append(all, auth.NewAccount{Login: login, Name: name, Grants: []auth.Grant{{Role: role, Region: string(place)}}})
	}
	for i, t := range places.Children(county.Qingxi) {
		add(fmt.Sprintf("jingban%02da", i+1), clerkNames[(2*i)%len(clerkNames)], "township-clerk", t.Code)
		add(fmt.Sprintf("jingban%02db", i+1), clerkNames[(2*i+1)%len(clerkNames)], "township-clerk", t.Code)
		add(fmt.Sprintf("fuze%02d", i+1), headNames[i%len(headNames)], "township-head", t.Code)
	}
	for i, name := range []string{"周敏", "高洁", "罗一鸣", "韩雪"} {
		add(fmt.Sprintf("xianju%d", i+1), name, "county-officer", county.Qingxi)
	}
	if villages := places.Children("390121001"); len(villages) > 0 {
		add("cunwu1", "田秀英", casework.Village, villages[0].Code)
	}
	add("hunyin1", "顾晓岚", "marriage-registrar", county.Qingxi)
	add("hunyin2", "童启明", "marriage-registrar", county.Qingxi)
	add("canlian", "钱进", "disability-officer", county.Qingxi)
	add("shuju", "姜禾", "data-officer", county.Qingxi)
	add("jiandu1", "宋慧", "supervisor", county.Qingxi)
	add("jiandu2", "梁栋", "supervisor", county.Qingxi)
	add("shenji", "白露", "auditor", county.Qingxi)
	add("guanli", "唐宁", "admin", county.Qingxi)
	return all
}
