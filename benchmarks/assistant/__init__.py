"""What an assistant can do with the tools, and at what price: everyday tasks of media teams, each with a start state, a
scripted solution that proves it can be solved, and a grader of the end state and the answer.

``python -m benchmarks.assistant --model NAME`` has a real model solve them.
"""
