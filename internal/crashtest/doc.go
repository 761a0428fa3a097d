// Package crashtest kills the whole program at random instants, cuts its power, and looks afterwards for
// every step that it had acknowledged, for halves of steps, and for jobs lost or doubled (PLT-5, PLT-6).
//
// Kill: a child process composed as in production plays several cases at the same time and tells its parent
// each step that was acknowledged; the parent kills it with SIGKILL, starts it again on the same data, and
// has it audited. Power cut: the same on a file system that forgets what was not synced (package lossfs),
// with files, keys and the database alike.
//
// CINNABAR_KILLS and CINNABAR_CUTS set the number of rounds; with -short there are few.
package crashtest
