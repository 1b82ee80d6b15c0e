package departments

import (
	"net/http"
	"slices"
	"strings"

	"minzheng/app/demo/county"
	"minzheng/kernel/region"
)

// values are facts by their code: money in 分, dates as 2006-01-02.
type values map[string]any

// source is one service that a department offers.
type source struct {
	Code       string
	Title      string
	Department string
	Fields     []string
	look       func(*county.County, *county.Person, question) (values, bool) // false: no record
}

func (s source) path() string { return "/" + strings.ReplaceAll(s.Code, ".", "/") }

// offers returns those of the fields that the source has.
func (s source) offers(asked []string) []string {
	var all []string
	for _, f := range asked {
		if slices.Contains(s.Fields, f) {
			all = append(all, f)
		}
	}
	return all
}

// check refuses a question that the source cannot answer as it is put.
func (s source) check(q question) *refusal {
	if slices.Contains(s.offers(q.Fields), "local_hukou") && region.Code(q.County).Level() != region.OfCounty {
		return refuse(http.StatusBadRequest, "问是不是本县户籍，要写明是哪个县（county，6 位）")
	}
	return nil
}

func sources() []source {
	return []source{
		{"police.household", "户籍信息", "公安", []string{"name", "birth", "sex", "local_hukou", "book_marital", "number_shared"}, household},
		{"civil.death", "死亡和火化登记", "民政", []string{"dead", "died_on"}, death},
		{"civil.marriage", "婚姻登记", "民政", []string{"marital"}, marriage},
		{"justice.custody", "服刑人员", "司法", []string{"in_prison", "custody_months"}, custody},
		{"police.missing", "查找失联人员", "公安", []string{"missing_since"}, missing},
		{"disabled.card", "残疾人证", "残联", []string{"disability_kind", "disability_grade", "disability_until", "disability_since"}, card},
		{"civil.ability", "老年人能力评估", "民政", []string{"ability_score"}, ability},
		{"hrss.injury", "工伤保险待遇", "人社", []string{"injury_care"}, injury},
		{"hrss.pension", "养老金发放", "人社", []string{"pension", "basic_pension"}, pension},
		{"hrss.insurance", "社保缴费", "人社", []string{"wage"}, insurance},
		{"tax.income", "个人所得税申报", "税务", []string{"wage", "business_income"}, income},
		{"market.business", "经营主体登记", "市场监管", []string{"has_business"}, business},
		{"bank.deposits", "存款和证券", "银行", []string{"deposits"}, deposits},
		{"realestate.houses", "房屋登记", "不动产", []string{"houses"}, houses},
		{"traffic.vehicles", "机动车登记", "车管", []string{"vehicle_value"}, vehicles},
		{"health.premarital", "婚前医学检查", "卫健", []string{"premarital_checked"}, premarital},
		{"court.divorce", "离婚裁判", "法院", []string{"divorce_judged"}, divorces},
		{"court.capacity", "行为能力裁判", "法院", []string{"capacity_limited"}, capacity},
		{"hsa.costs", "个人负担的医疗费", "医保", []string{"medical_cost"}, costs},
		{"hsa.serious", "重特大疾病登记", "医保", []string{"ill_since"}, nothing},
		{"hrss.unemployment", "失业登记", "人社", []string{"unemployed"}, nothing},
		{"emergency.damage", "受灾登记", "应急", []string{"damage", "damaged_on"}, nothing},
		{"education.enrolment", "学籍", "教育", []string{"enrolment"}, enrolment},
	}
}
