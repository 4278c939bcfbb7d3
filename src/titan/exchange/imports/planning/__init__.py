"""From cells to what applying would do: propose how sheets are read, survey the columns, ask, read rows, judge them."""
