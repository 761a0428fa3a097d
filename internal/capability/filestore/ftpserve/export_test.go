package ftpserve

var Inside = inside
