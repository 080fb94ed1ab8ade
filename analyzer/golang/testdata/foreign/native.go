package foreign

// int number(void);
import "C"

func New() error {
	if C.number() == 0 {
		return nil
	}
	return nil
}
