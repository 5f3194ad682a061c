"""Reports on the screen: figures with bars, league tables, and the records behind them."""
