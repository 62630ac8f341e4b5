import time, sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from tests.parts.fixes_sql.conftest import *
from tests.parts.fixes_sql.shop import *
async def test_perf(postgres_shop):
    n=0; log=[]
    e=postgres_shop.engine(); 
    async def one(i):
        v={"table":"menus","id":"13","column":"title","value":f"t{i}"}
        p=await e.preview("set-column",v,run_ref()); o=await e.run("set-column",v,p,run_ref(),Follower()); assert o.state=="succeeded",o
    for i in range(5): await one(i)
    rt=next(iter(e._runtimes.values()))
    for en in (rt._db._read, rt._db._write):
        sa.event.listen(en.sync_engine,"before_cursor_execute",lambda c,cu,st,pa,ctx,m: log.append((st,pa)))
    await one(99); print(len(log)); stm=list(log)
    import cProfile,pstats; pr=cProfile.Profile(); pr.enable()
    t=time.perf_counter()
    for i in range(40): await one(1000+i)
    ours=time.perf_counter()-t; pr.disable(); pstats.Stats(pr).sort_stats('cumtime').print_stats(70)
    await e.close()
