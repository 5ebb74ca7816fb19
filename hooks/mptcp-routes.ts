import { main } from '../src/routes/main.ts'

main()
