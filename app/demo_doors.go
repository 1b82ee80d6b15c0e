package app

import (
	"minzheng/app/demo/county"
	"minzheng/portals/citizen"
	"minzheng/portals/staff"
)

// demoPersons are the residents whom a visitor of the demo may sign in as.
func (a *App) demoPersons() []citizen.DemoPerson {
	if !a.Config.Demo {
		return nil
	}
	return []citizen.DemoPerson{
		{Number: county.SunGuoping, Name: "孙国平", Story: "78 岁，白云乡，一个人住，还没申请过。从这里开始试"},
		{Number: county.LiXiufen, Name: "李秀芬", Story: "柳溪街道，正在申请低保，两个部门说的工资不一样"},
		{Number: county.WangJianjun, Name: "王建军", Story: "李秀芬的丈夫，等他本人同意查询"},
		{Number: county.ZhaoYuqin, Name: "赵玉琴", Story: "石桥镇，一个人带两个孩子，低保批准了"},
		{Number: county.ChenDashan, Name: "陈大山", Story: "南屏镇，没有批准，看看信里怎么说"},
		{Number: county.WangDefu, Name: "王德福", Story: "82 岁，柳溪街道，可以试试长辈版"},
		{Number: county.HuangXiulan, Name: "黄秀兰", Story: "文昌街道，肢体一级残疾，一个人住，可以申请护理补贴"},
		{Number: county.WuGuizhen, Name: "吴桂珍", Story: "柳溪街道，带着孙女吴小满，孩子的父母都去世了"},
		{Number: county.ZhengLaogen, Name: "郑老根", Story: "石桥镇，带着孙子郑一鸣，孩子的父亲在服刑，母亲失联"},
	}
}

// demoStaff are the accounts that the staff's sign-in page of the demo offers.
func (a *App) demoStaff() []staff.DemoAccount {
	if !a.Config.Demo {
		return nil
	}
	const password = "qingxi2026"
	return []staff.DemoAccount{
		{Login: "jingban01a", Password: password, Name: "何芳", Title: "柳溪街道 经办人"},
		{Login: "fuze01", Password: password, Name: "丁卫东", Title: "柳溪街道 负责人"},
		{Login: "xianju1", Password: password, Name: "周敏", Title: "县民政局 审核人"},
		{Login: "cunwu1", Password: password, Name: "田秀英", Title: "柳溪街道 村级协理员"},
		{Login: "hunyin1", Password: password, Name: "顾晓岚", Title: "婚姻登记处 登记员"},
		{Login: "hunyin2", Password: password, Name: "童启明", Title: "婚姻登记处 登记员"},
		{Login: "guanli", Password: password, Name: "唐宁", Title: "系统管理员"},
	}
}
