export { Queue as default } from "./Queue.tsx";
