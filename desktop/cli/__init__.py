"""The command line: one module a station of the loop, thin, over the same services as the window.

start     the way in: language first
main      the program: global options, the stations put together
plant     what every command starts from: bucket, home, output
messages  the one place where errors are shown; exit codes
output    progress bars, tables, JSON

collect   sync, status, list, import      sort     label, undo, deliver, history, classes
learn     train, runs, models, export     judge    evaluate, compare
fleet     deploy, rollback, fleet         check    doctor
demo      demo                                 gui       gui, the window
"""
