"""What a reply was made from, and whether the same comes out again."""
