"""The quarterly question: rounds, letters, answers by the cabinet, a link, Excel or paper."""
