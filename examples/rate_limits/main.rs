//! Simulates the limiter against servers that count requests in different ways.
//!
//! `cargo run --example rate_limits` prints the tables of `docs/rate-limits.md`. With `-- --svg`, it prints
//! `docs/rate-limits.svg`. With `-- --sweep`, it prints the results for servers drawn at random, which is
//! faster with `--release`.
#![allow(clippy::indexing_slicing, clippy::print_stdout)]

mod simulation;
mod sweep;
mod tables;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::time::Duration;

use simulation::{Strategy, last, optimum, run};
use tables::{SCENES, tables};

fn main() {
    let text = match std::env::args().nth(1).as_deref() {
        Some("--svg") => plot(),
        Some("--sweep") => sweep::sweep(),
        _ => tables(),
    };
    print!("{text}");
}

const REQUESTS: usize = 1_000;
const SECONDS: f64 = 800.0;
const LEFT: f64 = 56.0;
const WIDTH: f64 = 560.0;

/// Draws the requests done, and below them the answers of 429, over the time of one run.
fn plot() -> String {
    let [_, (_, scene), ..] = SCENES;
    let (limiter, backoff) = (
        run(scene, Strategy::Limiter, REQUESTS),
        run(scene, Strategy::Backoff, REQUESTS),
    );
    let mut svg = String::from(concat!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 500" font-family="sans-serif" font-size="12">"##,
        "\n<title>1,000 requests against a window by the clock that was joined late</title>\n",
        "<style>\ntext { fill: #444 } .axis { stroke: #888; fill: none } .grid { stroke: #8884 }\n",
        ".line { fill: none; stroke-width: 2 } .best { stroke: #888; stroke-dasharray: 5 4 }\n",
        ".limiter { stroke: #0a7d55 } .backoff { stroke: #c2510c }\n",
        "@media (prefers-color-scheme: dark) {\n",
        "text { fill: #ccc } .limiter { stroke: #3ecf9a } .backoff { stroke: #ff9a55 }\n}\n</style>\n",
    ));
    let upper = Panel {
        top: 40.0,
        height: 240.0,
        most: 1_000.0,
        step: 250,
        title: "requests done",
    };
    upper.draw(&mut svg);
    let best = optimum(scene, REQUESTS);
    upper.line(&mut svg, "best", &best, last(&best));
    upper.line(&mut svg, "backoff", &backoff.done, backoff.time);
    upper.line(&mut svg, "limiter", &limiter.done, limiter.time);
    let lower = Panel {
        top: 330.0,
        height: 120.0,
        most: 250.0,
        step: 50,
        title: "answers of 429",
    };
    lower.draw(&mut svg);
    lower.line(&mut svg, "backoff", &backoff.refused, backoff.time);
    lower.line(&mut svg, "limiter", &limiter.refused, limiter.time);
    for second in (0..=800).step_by(100) {
        let x = LEFT + f64::from(second) / SECONDS * WIDTH;
        let _ = writeln!(
            svg,
            r#"<text x="{x}" y="468" text-anchor="middle">{second}</text>"#
        );
    }
    let _ = writeln!(
        svg,
        r#"<text x="{}" y="488" text-anchor="middle">seconds</text>"#,
        LEFT + WIDTH / 2.0
    );
    for (x, class, name) in [
        (56, "limiter", "limiter"),
        (156, "backoff", "backoff only"),
        (296, "best", "optimum"),
    ] {
        let _ = writeln!(
            svg,
            r#"<path class="line {class}" d="M{x} 12h28"/><text x="{}" y="16">{name}</text>"#,
            x + 34
        );
    }
    svg + "</svg>\n"
}

struct Panel {
    top: f64,
    height: f64,
    most: f64,
    step: u32,
    title: &'static str,
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let (right, bottom) = (LEFT + WIDTH, self.top + self.height);
        for mark in (0..=10)
            .map(|mark| mark * self.step)
            .filter(|mark| f64::from(*mark) <= self.most)
        {
            let y = self.y(f64::from(mark));
            let _ = writeln!(
                svg,
                r#"<path class="grid" d="M{LEFT} {y}H{right}"/><text x="50" y="{}" text-anchor="end">{mark}</text>"#,
                y + 4.0
            );
        }
        let _ = writeln!(
            svg,
            r#"<path class="axis" d="M{LEFT} {}V{bottom}H{right}"/>"#,
            self.top
        );
        let _ = writeln!(
            svg,
            r#"<text x="{LEFT}" y="{}" dx="6">{}</text>"#,
            self.top - 6.0,
            self.title
        );
    }

    /// Draws a staircase, with a point where a burst begins, where it ends, and every 50 events within it.
    fn line(&self, svg: &mut String, class: &str, times: &[Duration], end: Duration) {
        let mut path = format!("M{LEFT} {}", self.y(0.0));
        let (mut height, mut at) = (0_u32, Duration::ZERO);
        for time in times {
            if time.saturating_sub(at) > Duration::from_secs(2) {
                let _ = write!(
                    path,
                    "L{:.1} {2:.1}L{:.1} {2:.1}",
                    Self::x(at),
                    Self::x(*time),
                    self.y(height.into())
                );
            } else if height % 50 == 0 {
                let _ = write!(path, "L{:.1} {:.1}", Self::x(*time), self.y(height.into()));
            }
            (height, at) = (height + 1, *time);
        }
        let _ = write!(
            path,
            "L{:.1} {:.1}H{:.1}",
            Self::x(at),
            self.y(height.into()),
            Self::x(end)
        );
        let _ = writeln!(svg, r#"<path class="line {class}" d="{path}"/>"#);
    }

    fn x(at: Duration) -> f64 {
        LEFT + at.as_secs_f64() / SECONDS * WIDTH
    }

    fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - value / self.most)
    }
}
