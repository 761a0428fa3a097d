// Uploads a file with the stock client: node upload.mjs ENDPOINT FILE CHUNK
import { createReadStream, statSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [endpoint, path, chunk] = process.argv.slice(2)
const upload = new Upload(createReadStream(path), {
  endpoint,
  chunkSize: Number(chunk),
  uploadSize: statSync(path).size,
  retryDelays: [0, 50, 50, 100, 100, 200],
  metadata: { filename: '现场照片.png', filetype: 'image/png' },
  onError: (e) => { console.error(String(e)); process.exit(1) },
  onSuccess: () => { process.stdout.write(upload.url); process.exit(0) },
})
upload.start()
