package counter_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"minzheng/app"
	"minzheng/areas/marriage/counter"
	"minzheng/areas/marriage/register"
	"minzheng/kernel/auth"
	"minzheng/kernel/calendar"
	"minzheng/kernel/db"
	"minzheng/kernel/people"
)

// bureau is a bureau whose departments nobody can reach.
func bureau(t testing.TB) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), app.Config{Dir: t.TempDir(), Demo: true, Log: slog.New(slog.DiscardHandler), Auth: auth.Config{Codes: auth.OnScreen{}},
		Now: func() time.Time { return time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func TestTheRegisterOfResidentsTellsWhoIsRelated(t *testing.T) {
	t.Parallel()
	a := bureau(t)
	m := counter.New(a.Desk)
	for _, c := range []struct {
		name string
		ties [][2]string // child, parent; he and she are the couple
		want string
	}{
		{"strangers", nil, ""},
		{"brother and sister", [][2]string{{"he", "ma"}, {"she", "ma"}}, "兄弟姐妹"},
		{"full brother and sister, who share grandparents too", [][2]string{{"he", "ma"}, {"she", "ma"}, {"ma", "oma"}}, "兄弟姐妹"},
		{"father and daughter", [][2]string{{"she", "he"}}, "直系血亲"},
		{"grandmother and grandson", [][2]string{{"he", "pa"}, {"pa", "she"}}, "直系血亲"},
		{"uncle and niece", [][2]string{{"he", "oma"}, {"she", "pa"}, {"pa", "oma"}}, "叔伯姑舅姨和侄甥"},
		{"cousins", [][2]string{{"he", "ma"}, {"she", "pa"}, {"ma", "oma"}, {"pa", "oma"}}, "堂表兄弟姐妹"},
		{"second cousins", [][2]string{{"he", "ma"}, {"ma", "oma"}, {"oma", "old"}, {"she", "pa"}, {"pa", "opa"}, {"opa", "old"}}, ""},
	} {
		ids := map[string]people.ID{}
		numbers := map[string]string{"he": him, "she": her}
		err := a.DB.Do(t.Context(), func(tx *db.Tx) error {
			for _, who := range []string{"he", "she", "ma", "pa", "oma", "opa", "old"} {
				number := numbers[who] // the two are the same people for every case
				if number == "" {
					number = db.NewID()
				}
				id, err := a.People.Add(t.Context(), tx, people.Person{Name: who, Number: number})
				if err != nil {
					return err
				}
				ids[who] = id
			}
			for _, tie := range c.ties {
				if err := a.People.Bind(t.Context(), tx, people.Tie{Person: ids[tie[0]], Kind: "mother", Other: ids[tie[1]]}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		v, err := m.Enter(t.Context(), register.Clerk{ID: "c", Name: "c", Office: "390121"}, counter.Enter{People: couple().Couple.People})
		if err != nil {
			t.Fatal(err)
		}
		m.Wait(t.Context(), v.ID)
		if v.Couple.Kin != c.want {
			t.Errorf("%s are %q, want %q", c.name, v.Couple.Kin, c.want)
		}
		if got, err := m.Find(t.Context(), a.DB, v.ID); err != nil || len(got.Got) != 8 || counter.Weigh(got, counter.Known{On: on()}).May() {
			t.Errorf("%s: %d answers of departments that nobody can reach, %v", c.name, len(got.Got), err)
		}
		err = a.DB.Do(t.Context(), func(tx *db.Tx) error {
			for _, who := range []string{"he", "she"} {
				if _, err := tx.Exec(t.Context(), `UPDATE people_person SET number_ix = ? WHERE id = ?`, db.NewID(), ids[who]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzWhateverADepartmentSendsIsWeighedAndNeverUnmarries(f *testing.F) {
	for _, s := range []string{`"未婚"`, `"已婚"`, `null`, `{}`, `[1]`, `"`, ``, `true`, `"未婚 "`} {
		f.Add([]byte(s), "1995-11-03")
	}
	f.Fuzz(func(t *testing.T, marital []byte, birth string) {
		v := couple()
		for i, g := range v.Got {
			if g.Side == 1 && g.Source == "civil.marriage" {
				v.Got[i].Values["marital"] = json.RawMessage(marital)
			}
			if g.Side == 1 && g.Source == "police.household" {
				v.Got[i].Values["birth"], _ = json.Marshal(birth)
			}
		}
		var said string
		ok := json.Unmarshal(marital, &said) == nil && said == "未婚" && birth == "1995-11-03"
		if counter.Weigh(v, counter.Known{On: calendar.Date(2026, 3, 2)}).May() != ok {
			t.Fatalf("records say %q, birthday %q: may be registered", marital, birth)
		}
	})
}
