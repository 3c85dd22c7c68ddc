from suluh.cli import main

main()
