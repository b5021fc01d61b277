import axios, { type AxiosRequestConfig } from 'axios'

const instance = axios.create({ baseURL: import.meta.env.VITE_API_BASE ?? '/api' })

export function apiGet<T>(path: string, config?: AxiosRequestConfig): Promise<T> {
  return instance.get<T>(path, config).then((r) => r.data)
}

export const apiPost = async <T,>(path: string, body: unknown): Promise<T> => (await instance.post<T>(path, body)).data
