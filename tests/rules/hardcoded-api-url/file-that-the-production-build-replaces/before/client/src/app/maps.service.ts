import { HttpClient } from '@angular/common/http';
import { environment } from '../environments/environment';

export class MapsService {
  constructor(private http: HttpClient) {}

  list() {
    return this.http.get(`${environment.api}/maps`);
  }
}
