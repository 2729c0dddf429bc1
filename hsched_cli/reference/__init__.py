"""Reference pages made from the code they describe. One page a module; each offers `page() -> str`."""
