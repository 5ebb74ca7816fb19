import { main } from '../src/main.ts'

main('down')
