"""A person's yes to a call, given outside of the conversation: what waits for it, the PIN it wants, what it is good
for. Knows neither MCP nor HTTP: pages and the terminal both answer by it."""
