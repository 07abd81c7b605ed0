import "./style.css";
import { render } from "preact";
import { Connection } from "./connection";
import { Viewer } from "./viewer";

const connection = new Connection();
render(<Viewer connection={connection} />, document.getElementById("app")!);
void connection.open();
