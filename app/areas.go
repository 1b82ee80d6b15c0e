package app

import (
	"minzheng/areas/assistance"
	"minzheng/areas/marriage"
	"minzheng/kernel/area"
)

// areas is the board at the front door: one line for each business area.
func areas() []area.Area {
	return []area.Area{
		assistance.New(),
		marriage.New(),
	}
}
