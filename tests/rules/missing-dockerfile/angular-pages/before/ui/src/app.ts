import { Component } from '@angular/core';

@Component({ selector: 'app-root', standalone: true, template: 'hi' })
export class AppComponent {}
