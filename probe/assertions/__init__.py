"""Pure: expectations to a judge (`judge`), a sample and its outcomes to a result (`conclusion`); `registry` lists what can be expected."""
