import { main } from '../src/main.ts'

main('up')
