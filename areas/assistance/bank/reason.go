package bank

import "strings"

// Why is a failure's reason in words that a resident understands. What we do
// not know we do not make up.
func (r Result) Why() string {
	if why := byCode[r.Code]; why != "" {
		return why
	}
	for _, one := range byWord {
		if strings.Contains(r.Reason, one[0]) {
			return one[1]
		}
	}
	return "银行没有说清原因"
}

var byCode = map[string]string{
	"AC01": "账号不对", "AC02": "账号不对", "AC03": "账号不对", "AC04": "账户已经销户", "AC06": "账户被冻结", "AC13": "账户不能收款", "AC14": "账户不能收款",
	"AG01": "账户不能收款", "AM05": "银行认为这一笔重复了", "BE01": "户名和账号对不上", "BE05": "户名和账号对不上", "MD07": "银行说收款人已经去世", "RC01": "开户行不对", "AM09": "金额不对",
}

var byWord = [][2]string{{"户名", "户名和账号对不上"}, {"姓名", "户名和账号对不上"}, {"销户", "账户已经销户"}, {"注销", "账户已经销户"},
	{"冻结", "账户被冻结"}, {"挂失", "卡已经挂失"}, {"止付", "账户被止付"}, {"睡眠", "账户太久没有用，被停了"}, {"休眠", "账户太久没有用，被停了"},
	{"不存在", "账号不对"}, {"账号", "账号不对"}, {"帐号", "账号不对"}, {"卡号", "账号不对"}, {"限额", "账户收款超过了限额"}, {"开户行", "开户行不对"}}
