package web

// A Tone is what a state means for its reader; it is also the class of its colours.
type Tone string

// The tones.
const (
	OK   Tone = "ok"
	Wait Tone = "wait"
	Bad  Tone = "bad"
	Info Tone = "info"
	Mute Tone = "mute"
)

func (t Tone) icon() string {
	switch t {
	case OK:
		return "check"
	case Wait:
		return "clock"
	case Bad:
		return "alert-triangle"
	case Mute:
		return "minus"
	}
	return "info-circle"
}
