"""What the commands show on a terminal, laid out with rich: imported by nothing before a terminal is there."""
