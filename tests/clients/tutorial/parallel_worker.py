# parallel_worker.py
import time
import boto.swf.layer2 as swf

class ParallelWorker(swf.ActivityWorker):

    domain = 'boto_tutorial'
    task_list = 'default'

    def run(self):
        """Report current time."""
        activity_task = self.poll()
        if 'activityId' in activity_task:
            print('working on', activity_task['activityId'])
            self.complete(result=str(time.time()))
            return True
