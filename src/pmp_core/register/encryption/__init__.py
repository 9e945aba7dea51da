"""What a register keeps from whoever reads its database: names and notes, personal codes, ids in extracts."""
