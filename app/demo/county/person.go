package county

import (
	"minzheng/kernel/calendar"
	"minzheng/kernel/region"
)

// Nobody stands where an index of a person could stand.
const Nobody = -1

// Sex is 男 or 女.
type Sex string

// Relation is how a member stands to the head of the household.
type Relation string

// Marital is a marital status.
type Marital string

// The words of the registers.
const (
	Male   Sex = "男"
	Female Sex = "女"

	Head          Relation = "户主"
	SpouseOf      Relation = "配偶"
	Son           Relation = "子"
	Daughter      Relation = "女"
	FatherOf      Relation = "父"
	MotherOf      Relation = "母"
	Grandson      Relation = "孙子"
	Granddaughter Relation = "孙女"
	OtherOf       Relation = "其他"

	Single   Marital = "未婚"
	Married  Marital = "有配偶"
	Divorced Marital = "离婚"
	Widowed  Marital = "丧偶"
)

// A Household is one 户 of the register.
type Household struct {
	Index   int
	Book    string // 户号
	Village region.Code
	Address string
	Urban   bool  // 城镇 rather than 农村
	Land    int   // contracted farm land, in hundredths of a 亩
	Members []int // indexes of persons on the register, the head first
	Gone    []int // members whose death is registered
}

// A Person is somebody of the county, with what each department knows.
type Person struct {
	Index     int
	Number    string // 公民身份号码
	Name      string
	Sex       Sex
	Birth     calendar.Day
	Ethnic    string
	Household int // index
	Relation  Relation
	Phone     string // "" if none
	Account   Account

	Spouse, Father, Mother int // indexes or Nobody; also of those who have died
	Marriage               Marriage
	Death                  *Death
	Away                   *Away
	School                 *School

	Work       Work
	Pension    *Pension
	Support    int64 // 分 a month from relatives elsewhere; no department knows of it
	Disability *Disability
	Illness    *Illness
	Ability    *Ability
	Injury     bool // gets 生活护理费 of 工伤保险
	Houses     []House
	Vehicles   []Vehicle
	Deposits   int64 // 分
	Securities int64 // 分, market value

	Checked bool   // a pre-marital check-up was done
	Late    string // a source that never answers about this person

	Differs Difference // what departments tell differently about this person
}

// Account is where benefits are paid to.
type Account struct {
	Bank string
	Tail string // last four digits
}

// Marriage is what 民政 and 公安 know of a person's marital status.
type Marriage struct {
	Status      Marital      // by the marriage records
	Registered  Marital      // as the 户籍 says, which may lag behind
	On          calendar.Day // last marriage; 0 if Certificate is ""
	Ended       calendar.Day // by divorce or death; 0 if it goes on
	Certificate string       // 结婚证字号; "" if never married
}

// Death is a person's death. 殡葬 knows it at once, 公安 when it is registered.
type Death struct {
	On         calendar.Day
	Registered calendar.Day // may lie after the day of the county: not yet then
}

// AwayKind is why somebody does not live at home.
type AwayKind string

// The kinds of absence.
const (
	Migrant AwayKind = "外出务工"
	Soldier AwayKind = "服兵役"
	Prison  AwayKind = "服刑"
	Missing AwayKind = "失联" // reported to the police, who have not found them
)

// Away is where somebody lives who does not live at home.
type Away struct {
	Kind  AwayKind
	Where string
	Since calendar.Day
	Until calendar.Day // the end of a sentence; 0 for others
}

// School is where a young person learns.
type School struct {
	Stage string // 幼儿园 小学 初中 高中 中职 大学
	Grade string // such as 高二
	Name  string
}

// WorkKind is what somebody lives by.
type WorkKind string

// The kinds of work. None is the zero value.
const (
	None     WorkKind = ""
	Employed WorkKind = "在职"
	OddJobs  WorkKind = "零工"
	Farmer   WorkKind = "务农"
	Trader   WorkKind = "经商"
)

// Work is how somebody earns. Amounts are 分 a month.
type Work struct {
	Kind        WorkKind
	Employer    string
	Credit      string // the employer's or the business's 统一社会信用代码
	Wage        int64  // declared to 税务
	InsuredBase int64  // 社保缴费基数; normally near the wage
	OddJobs     int64  // earned without any declaration
	Farm        int64  // net, in kind and money
	Trade       int64  // net, of the own business
	Business    string // name of a registered 个体工商户, "" if none
	Since       calendar.Day
}

// Pension is what somebody gets from 社保.
type Pension struct {
	Kind   string // 企业职工基本养老金 城乡居民基本养老金 病退养老金
	Amount int64  // 分 a month
}

// Disability is a certificate of 残联.
type Disability struct {
	Kind        int    // 1 视力 2 听力 3 言语 4 肢体 5 智力 6 精神 7 多重
	Grade       int    // 1 to 4, 1 is the gravest
	Certificate string // the person's number, the kind and the grade
	Issued      calendar.Day
}

// Illness is a serious illness known to 医保.
type Illness struct {
	Name string
	Cost int64 // 分 of the last twelve months that the person had to pay
}

// Ability is how an older person was assessed by 民政, from 0 to 90.
type Ability struct {
	Score int
	On    calendar.Day
}

// House is a dwelling registered with 不动产.
type House struct {
	Address string
	Area    int // hundredths of a square metre
	Kind    string
	Value   int64 // 分
}

// Vehicle is registered with 车管.
type Vehicle struct {
	Plate string
	Kind  string // 小型轿车 小型普通客车 轻型货车 普通二轮摩托车
	Value int64  // 分
}

// Difference names what departments tell differently.
type Difference string

// The differences. Most people have none.
const (
	NoDifference   Difference = ""
	InsuredLower   Difference = "社保缴费基数明显低于税务工资"
	MaritalLags    Difference = "户籍婚姻状况没有更新"
	DeathLags      Difference = "已火化，户籍没有注销"
	PensionNotTold Difference = "新增养老金，本人没有申报"
)

// Monthly returns all that the person has a month, in 分: also what no
// department knows.
func (p *Person) Monthly() int64 {
	w := p.Work
	sum := w.Wage + w.OddJobs + w.Farm + w.Trade + p.Support
	if p.Pension != nil {
		sum += p.Pension.Amount
	}
	return sum
}
