console.log("budget: later");
