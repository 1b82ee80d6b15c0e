package exchange

// Sentence says to people what an answer means for their matter. It blames
// nobody for an outage, and tells nothing of what was found.
func (a Answer) Sentence() string {
	who := a.Source.Department
	switch a.Outcome {
	case Found:
		return who + "已经回复。"
	case Match:
		return who + "已经核对，相符。"
	case Mismatch:
		return who + "的记录和申报的不一样，需要一起核实，暂时不影响您的其他事项。"
	case Absent:
		return who + "已经回复，没有相关记录。"
	case Uncovered:
		return who + "的记录没有覆盖到您的情况，这不说明什么，需要看别的材料。"
	case Garbled:
		return who + "的回复还不能用，我们在处理，您不用做什么。"
	}
	switch {
	case a.Cause == Pending:
		return who + "用文件回复，还要等一等，您不用做什么。"
	case a.Source.Closed:
		return "还在等" + who + "回复，回复之前这一步先停一停。我们会接着问，您不用再来。"
	case a.Source.Optional:
		return who + "暂时没有回复，不影响办理。"
	}
	return who + "暂时没有回复，我们会接着问。这不影响您的申请，也不会算作您没有材料。"
}

// Text says to those who look after the interfaces why there was no answer.
func (c Cause) Text() string {
	return map[Cause]string{
		Late: "超时", Cut: "连不上或断线", Down: "对方说暂时不能答", Resting: "连着失败，暂停询问", Spent: "今天的次数用完了",
		Pending: "等对方的文件", Nobody: "没有接上", Unread: "读不懂", Unsigned: "签名不对", Refused: "对方不受理",
		Ungranted: "超出授权，没有发出", Drill: "演练中",
	}[c]
}
