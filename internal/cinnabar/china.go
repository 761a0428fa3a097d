package cinnabar

import "time"

// China is the time zone in which days begin for the people and the documents of the product: UTC+8.
// China has had one zone without summer time since 1992.
var China = time.FixedZone("CST", 8*60*60)
