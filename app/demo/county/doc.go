// Package county makes the people of a demo county, 清溪县 of 云岭市, who do not
// exist: names, numbers, ties, incomes and property, generated from a seed.
//
// The program's own demo data and the department simulator, which is another
// process, make the same county from the same seed, so that both hold the same
// people. Who somebody is depends on the seed alone, never on the day: asOf
// decides only what time brings, such as ages, school years and deaths.
//
// Nothing here can be anyone's. The province code 39 is not assigned, so no
// number is a real citizen number; plates begin with 示, which no province
// has; telephone numbers are 190000 and five digits, made up, and nothing of the
// demo ever sends to them.
//
// All money is in 分.
package county
