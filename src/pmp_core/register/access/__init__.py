"""Who sees and changes what: the programme's access table, asked of every row and at the door of all work on cases."""
